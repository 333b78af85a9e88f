/** A small button of a card, with what went wrong beside it. */

import { useState } from "preact/hooks";
import { problemOf } from "../../api/client";
import { useActions } from "../../actions";
import { IconButton, type IconName } from "../../shell/Icon";

interface Props {
  icon: IconName;
  label: string;
  onUse: () => Promise<void> | void;
}

export function CardTool({ icon, label, onUse }: Props) {
  const { announce } = useActions();
  const [trouble, setTrouble] = useState("");
  const use = async (): Promise<void> => {
    try {
      setTrouble("");
      await onUse();
    } catch (error) {
      const { message, hint } = problemOf(error);
      setTrouble(`${message} ${hint}`);
      announce(message);
    }
  };
  return (
    <>
      {trouble && <span class="state warning">{trouble}</span>}
      <IconButton icon={icon} label={label} onClick={() => void use()} />
    </>
  );
}
