/** Files → parts, one after the other: the server takes 64 kB at a time. */

import { addPart, ingestUpload, openUpload } from "./api";
import type { Job } from "./types";

/** A multiple of three: parts joined are the whole in base64. */
const PART_BYTES = 42_000;

const KINDS: Record<string, RegExp> = {
  articles:
    /\.(md|markdown|x?html?|pdf|docx|pptx|xlsx|eml|txt|zip|tar|tar\.gz|tgz|doc|ppt|xls|rtf|odt|ods|odp|msg|epub|7z|rar)$/i,
  tickets: /\.(csv|jsonl?|xlsx)$/i,
};

export interface Chosen {
  path: string;
  file: File;
}

/** What of the chosen files is taken; in a folder, paths are below it. */
export function pick(files: readonly File[], kind: string): Chosen[] {
  return files
    .map((file) => ({ file, path: belowFolder(file.webkitRelativePath) || file.name }))
    .filter(({ path }) => KINDS[kind]!.test(path) && !path.split("/").some(isHidden));
}

/** The folder's own name: what its source is called unless somebody says otherwise. */
export const folderOf = (files: readonly File[]): string =>
  files[0]?.webkitRelativePath.split("/")[0] ?? "";

const belowFolder = (path: string): string => path.split("/").slice(1).join("/");
const isHidden = (part: string): boolean => part.startsWith(".") || part.startsWith("~$");

export async function upload(
  source: string,
  kind: string,
  acl: string[],
  chosen: readonly Chosen[],
  tell: (nBytes: number) => void,
): Promise<Job | null> {
  const id = await openUpload(source, kind, acl);
  let nDone = 0;
  for (const { path, file } of chosen) {
    for (let offset = 0; offset === 0 || offset < file.size; offset += PART_BYTES) {
      const part = await file.slice(offset, offset + PART_BYTES).arrayBuffer();
      await addPart(id, path, offset, toBase64(new Uint8Array(part)));
      nDone += part.byteLength;
      tell(nDone);
    }
  }
  return await ingestUpload(id);
}

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return btoa(pieces.join(""));
}
