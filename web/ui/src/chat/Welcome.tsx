/** The first page: what can be asked here. */

import { useEffect, useState } from "preact/hooks";
import { useActions } from "../actions";
import { listExamples } from "../api/client";
import { say } from "../messages";
import { Skeleton } from "../shell/Skeleton";

export function Welcome() {
  const { ask } = useActions();
  const [examples, setExamples] = useState<string[] | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    listExamples().then(setExamples, () => setFailed(true));
  }, []);
  return (
    <section class="welcome">
      <h1>{say.welcome}</h1>
      <p>{say.welcomeMore}</p>
      <h2 class="over">{say.examples}</h2>
      {hasFailed && <p class="muted">{say.examplesFailed}</p>}
      {!examples && !hasFailed && <Skeleton lines={3} />}
      {examples && (
        <ul class="examples">
          {examples.map((example) => (
            <li key={example}>
              <button type="button" onClick={() => ask(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
