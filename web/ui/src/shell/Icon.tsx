/** The icons: strokes on a grid of 24, in the colour of the text beside them. */

const PATHS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5",
  moon: "M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  up: "M7 11v9H4v-9h3zm0 0l4-8c1.7 0 2.5 1 2.5 2.5L13 9h6l-1.5 9c-.2 1.2-1 2-2.2 2H7",
  down: "M7 13V4H4v9h3zm0 0l4 8c1.7 0 2.5-1 2.5-2.5L13 15h6l-1.5-9c-.2-1.2-1-2-2.2-2H7",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  error: "M12 3a9 9 0 100 18 9 9 0 000-18M12 8v5M12 16h.01",
  good: "M5 12l5 5 9-10",
  ticket: "M4 7h16v3a2 2 0 000 4v3H4v-3a2 2 0 000-4z",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  ascending: "M12 19V6M7 11l5-5 5 5",
  descending: "M12 5v13M7 13l5 5 5-5",
  forward: "M9 5l7 7-7 7",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  chart: "M4 20h16M7 20v-7M12 20V5M17 20V10",
  back: "M15 5l-7 7 7 7",
  insert: "M12 4v10M7 9l5 5 5-5M4 20h16",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 018 0v3",
  desk: "M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 006 0h5",
  person: "M12 4a4 4 0 100 8 4 4 0 000-8M4 21c0-4 3.5-6 8-6s8 2 8 6",
  dials: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  article: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  isPressed?: boolean;
  isExpanded?: boolean;
  class?: string;
}

/** A button that shows an icon and says a word. */
export function IconButton(props: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.isPressed}
      aria-expanded={props.isExpanded}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}
