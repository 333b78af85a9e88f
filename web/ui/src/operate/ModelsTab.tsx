/** Models: versions, scores, which is in use; and the risk dial. */

import { useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { useMay } from "../session/session";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { chooseModel, readModels } from "./api";
import { tell } from "./messages";
import { RiskDial } from "./RiskDial";
import type { Model } from "./types";

const say = tell.models;

export function ModelsTab() {
  const models = useLoaded(readModels, []);
  const mayManage = useMay("models.manage");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const choose = (model: Model): void => {
    const name = say.names[model.name] ?? model.name;
    setProblem(null);
    chooseModel(model.name, model.version).then(
      (found) => {
        models.put(found);
        setSaid((model.effect === "now" ? say.used : say.usedLater)(name, model.version));
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <>
      <RiskDial />
      <section aria-labelledby="models-title">
        <h2 id="models-title">{say.title}</h2>
        <p class="muted">{say.train}</p>
        <p class="state good" role="status">
          {said && (
            <>
              <Icon name="good" /> {said}
            </>
          )}
        </p>
        {problem && <ErrorCard problem={problem} />}
        {models.problem && <ErrorCard problem={models.problem} onRetry={models.reload} />}
        {!models.value && !models.problem && <Skeleton lines={5} label={tell.loading} />}
        {models.value?.length === 0 && <p class="empty">{say.none}</p>}
        {models.value && models.value.length > 0 && (
          <div class="table-box cards-when-narrow">
            <table>
              <thead>
                <tr>
                  {say.columns.map((name) => (
                    <th key={name} scope="col">
                      {name || <span class="hidden-text">{say.use}</span>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {models.value.map((model) => (
                  <Row
                    key={`${model.name} ${model.version}`}
                    model={model}
                    onUse={mayManage && model.can_be_used ? () => choose(model) : undefined}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

const SHORT = 110;

/** A text of which the beginning is enough at first. */
function Long({ text }: { text: string }) {
  if (text.length <= SHORT) return <>{text}</>;
  return (
    <details>
      <summary>{`${text.slice(0, SHORT - 30).trimEnd()} …`}</summary>
      {text}
    </details>
  );
}

function Row({ model, onUse }: { model: Model; onUse?: () => void }) {
  const name = say.names[model.name] ?? model.name;
  return (
    <tr>
      <td>
        <strong>{name}</strong>
      </td>
      <td class="tight">{model.version}</td>
      <td>
        <Long text={model.scores} />
      </td>
      <td class="muted">
        <Long text={model.trained_on} />
      </td>
      <td class="figure">
        {model.is_live ? (
          <span class="badge state good">
            <Icon name="good" /> {say.live}
          </span>
        ) : (
          onUse && (
            <button
              type="button"
              class="button"
              aria-label={say.useLong(name, model.version)}
              title={model.effect === "restart" ? say.restart : undefined}
              onClick={onUse}
            >
              {say.use}
            </button>
          )
        )}
      </td>
    </tr>
  );
}
