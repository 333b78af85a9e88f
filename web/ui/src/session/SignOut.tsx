/** Who is signed in, and the way out. Nothing where nobody signs in. */

import { IconButton } from "../shell/Icon";
import { say } from "./messages";
import { signOut, useSession } from "./session";

export function SignOut() {
  const { user } = useSession();
  if (user === null) return null;
  return (
    <>
      <span class="muted wide-only">{user.name}</span>
      <IconButton icon="leave" label={say.signOut(user.name)} onClick={() => void signOut()} />
    </>
  );
}
