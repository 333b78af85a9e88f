/** The operators' page: one part at a time, by its address. */

import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useSession } from "../session/session";
import { Bar } from "../shell/Bar";
import { Icon } from "../shell/Icon";
import "../styles/forms.css";
import "../styles/listening.css";
import "../styles/operate.css";
import { AuditTab } from "./AuditTab";
import { GapsTab } from "./GapsTab";
import { HealthTab } from "./HealthTab";
import { KnowledgeTab } from "./KnowledgeTab";
import { tell } from "./messages";
import { ModelsTab } from "./ModelsTab";
import { PeopleTab } from "./PeopleTab";
import { UsageTab } from "./UsageTab";
import { VocabularyTab } from "./VocabularyTab";

type Name = keyof typeof tell.tabs;

interface Tab {
  name: Name;
  permission: string;
  Shown: ComponentType;
}

const TABS: readonly Tab[] = [
  { name: "gaps", permission: "gaps.read", Shown: GapsTab },
  { name: "usage", permission: "usage.read", Shown: UsageTab },
  { name: "knowledge", permission: "sources.read", Shown: KnowledgeTab },
  { name: "vocabulary", permission: "vocabulary.review", Shown: VocabularyTab },
  { name: "models", permission: "models.read", Shown: ModelsTab },
  { name: "people", permission: "users.manage", Shown: PeopleTab },
  { name: "audit", permission: "audit.read", Shown: AuditTab },
  { name: "health", permission: "settings.read", Shown: HealthTab },
];

const nameIn = (path: string): string => path.split("/")[2] ?? "";

export function OperatePage() {
  const { permissions } = useSession();
  const tabs = TABS.filter((tab) => permissions.includes(tab.permission));
  const [name, setName] = useState(() => nameIn(location.pathname));
  const main = useRef<HTMLElement>(null);
  const tab = tabs.find((each) => each.name === name) ?? tabs[0];
  useEffect(() => {
    const onBack = (): void => setName(nameIn(location.pathname));
    window.addEventListener("popstate", onBack);
    return () => window.removeEventListener("popstate", onBack);
  }, []);
  useEffect(() => {
    if (tab) document.title = tell.pageTitle(tell.tabs[tab.name]);
    document
      .querySelector(".operate-tabs [aria-current]")
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [tab]);
  const visit = (next: Name): void => {
    history.pushState(null, "", `/operate/${next}`);
    setName(next);
    main.current?.scrollTo(0, 0);
  };
  return (
    <div class="operate">
      <a class="skip" href="#operate-part">
        {tell.skip}
      </a>
      <Bar title={tell.operation} />
      <main ref={main} tabIndex={-1}>
        <div class="operate-column">
          {tab ? (
            <>
              <nav class="operate-tabs" aria-label={tell.tabList}>
                {tabs.map((each) => (
                  <a
                    key={each.name}
                    href={`/operate/${each.name}`}
                    aria-current={each === tab ? "page" : undefined}
                    onClick={(event) => {
                      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                      event.preventDefault();
                      visit(each.name);
                    }}
                  >
                    {tell.tabs[each.name]}
                  </a>
                ))}
              </nav>
              <div class="operate-tab" id="operate-part" tabIndex={-1}>
                <tab.Shown key={tab.name} />
              </div>
            </>
          ) : (
            <div class="empty" role="alert">
              <p>
                <Icon name="lock" /> {tell.notAllowed}
              </p>
              <p class="muted">{tell.notAllowedMore}</p>
              <p>
                <a href="/">{tell.chat}</a>
              </p>
            </div>
          )}
        </div>
      </main>
    </div>
  );
}
