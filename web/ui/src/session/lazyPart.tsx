/** A part of the page in a file of its own, loaded when it is first shown. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Skeleton } from "../shell/Skeleton";

export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P>>,
): ComponentType<P> {
  return function Part(props: P) {
    const [Loaded, setLoaded] = useState<ComponentType<P> | null>(null);
    const [problem, setProblem] = useState<Problem | null>(null);
    useEffect(() => {
      load().then(
        (part) => setLoaded(() => part),
        (error) => setProblem(problemOf(error)),
      );
    }, []);
    if (Loaded) return <Loaded {...props} />;
    return (
      <main class="entrance">
        {problem ? (
          <ErrorCard problem={problem} onRetry={() => location.reload()} />
        ) : (
          <Skeleton lines={3} />
        )}
      </main>
    );
  };
}
