/** Server-sent events out of a stream of text, however it is cut into pieces. */

export interface SentEvent {
  id: string;
  name: string;
  data: string;
}

export class EventReader {
  private rest = "";

  /** Take the next piece of text; return the events that it completes. */
  take(piece: string): SentEvent[] {
    this.rest += piece;
    const events: SentEvent[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (!end) return events;
      const event = readEvent(this.rest.slice(0, end.index));
      this.rest = this.rest.slice(end.index + end[0].length);
      if (event) events.push(event);
    }
  }
}

function readEvent(text: string): SentEvent | null {
  const event = { id: "", name: "message", data: "" };
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
  }
  if (data.length === 0) return null;
  event.data = data.join("\n");
  return event;
}
