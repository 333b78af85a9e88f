/** Files or a folder to ingest, and who may read them. */

import { useRef, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { formatNumber } from "../text/format";
import { tell } from "./messages";
import type { Job } from "./types";
import { folderOf, pick, upload } from "./upload";

const say = tell.knowledge;

function size(nBytes: number): string {
  const mega = nBytes / 1_000_000;
  return mega >= 1 ? `${formatNumber(mega, "hours").replace(/\s?h$/, "")} MB` : `${Math.ceil(nBytes / 1000)} kB`;
}

export function UploadForm({ isBusy, onBegun }: { isBusy: boolean; onBegun: (job: Job | null) => void }) {
  const [kind, setKind] = useState("articles");
  const [name, setName] = useState("");
  const [isForAll, setForAll] = useState(true);
  const [groups, setGroups] = useState("");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [nDone, setDone] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const folderBox = useRef<HTMLInputElement>(null);
  const filesBox = useRef<HTMLInputElement>(null);
  const chosen = pick(files, kind);
  const nBytes = chosen.reduce((sum, { file }) => sum + file.size, 0);
  const acl = isForAll
    ? ["everyone"]
    : groups
        .split(",")
        .map((item) => item.trim())
        .filter(Boolean);
  const isReady =
    chosen.length > 0 && name.trim() !== "" && acl.length > 0 && nDone === null && !isBusy;
  const take = (input: HTMLInputElement): void => {
    const found = [...(input.files ?? [])];
    setFiles(found);
    if (!name) setName(folderOf(found));
  };
  const send = async (): Promise<void> => {
    setProblem(null);
    setDone(0);
    try {
      onBegun(await upload(name, kind, acl, chosen, setDone));
      setFiles([]);
      for (const box of [folderBox.current, filesBox.current]) if (box) box.value = "";
    } catch (error) {
      setProblem(problemOf(error));
    }
    setDone(null);
  };
  return (
    <section aria-labelledby="upload-title">
      <h2 id="upload-title">{say.uploadTitle}</h2>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void send();
        }}
      >
        <p class="muted">{kind === "tickets" ? say.uploadTickets : say.uploadMore}</p>
        <div class="row">
          <input
            ref={folderBox}
            type="file"
            hidden
            id="upload-folder"
            aria-label={say.chooseFolder}
            {...{ webkitdirectory: true }}
            onChange={(event) => take(event.currentTarget)}
          />
          <input
            ref={filesBox}
            type="file"
            hidden
            multiple
            aria-label={say.chooseFiles}
            onChange={(event) => take(event.currentTarget)}
          />
          <button type="button" class="button" onClick={() => filesBox.current?.click()}>
            {say.chooseFiles}
          </button>
          <button type="button" class="button" onClick={() => folderBox.current?.click()}>
            {say.chooseFolder}
          </button>
          {files.length > 0 && (
            <span>
              {say.chosen(formatNumber(chosen.length, "count"), size(nBytes))}{" "}
              {chosen.length < files.length && (
                <span class="muted">
                  {say.passedOver(formatNumber(files.length - chosen.length, "count"))}
                </span>
              )}
            </span>
          )}
        </div>
        <div class="form-fields">
          <label>
            {say.kind}
            <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
              {Object.entries(say.kinds).map(([key, text]) => (
                <option key={key} value={key}>
                  {text}
                </option>
              ))}
            </select>
          </label>
          <label>
            {say.source}
            <input
              type="text"
              maxLength={64}
              spellcheck={false}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label>
            {say.who}
            <select
              value={isForAll ? "all" : "some"}
              onChange={(event) => setForAll(event.currentTarget.value === "all")}
            >
              <option value="all">{say.everyone}</option>
              <option value="some">{say.onlyGroups}</option>
            </select>
          </label>
          {!isForAll && (
            <label>
              {say.groups}
              <input
                type="text"
                maxLength={1000}
                spellcheck={false}
                value={groups}
                onInput={(event) => setGroups(event.currentTarget.value)}
              />
            </label>
          )}
        </div>
        {problem && <ErrorCard problem={problem} />}
        {nDone !== null && (
          <div class="job" role="status">
            <p>{say.uploading(size(nDone), size(nBytes))}</p>
            <progress aria-label={say.uploading(size(nDone), size(nBytes))} value={nDone} max={nBytes} />
          </div>
        )}
        <div class="row">
          <button type="submit" class="button primary" disabled={!isReady}>
            {say.upload}
          </button>
        </div>
      </form>
    </section>
  );
}
