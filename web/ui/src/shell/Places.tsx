/** The links to the other pages, for those who may open them. */

import { say } from "../messages";
import { useSession } from "../session/session";
import { Icon, type IconName } from "./Icon";

interface Place {
  path: string;
  icon: IconName;
  name: string;
  /** One of these opens it; none: everybody. */
  permissions: readonly string[];
}

const PLACES: readonly Place[] = [
  { path: "/insights", icon: "chart", name: say.insights, permissions: ["insights.ask"] },
  { path: "/desk", icon: "desk", name: say.agentDesk, permissions: ["tickets.read_all"] },
  {
    path: "/operate",
    icon: "dials",
    name: say.operation,
    permissions: [
      "gaps.read",
      "usage.read",
      "sources.read",
      "models.read",
      "vocabulary.review",
      "settings.read",
      "users.manage",
      "audit.read",
    ],
  },
  { path: "/tickets", icon: "ticket", name: say.yourTickets, permissions: [] },
];

export function Places({ class: name = "" }: { class?: string }) {
  const { permissions } = useSession();
  const here = `/${location.pathname.split("/")[1]}`;
  const open = PLACES.filter(
    (place) =>
      place.path !== here &&
      (place.permissions.length === 0 ||
        place.permissions.some((wanted) => permissions.includes(wanted))),
  );
  return (
    <>
      {open.map((place) => (
        <a
          key={place.path}
          class={`icon-button ${name}`}
          href={place.path}
          aria-label={place.name}
          title={place.name}
        >
          <Icon name={place.icon} />
        </a>
      ))}
    </>
  );
}
