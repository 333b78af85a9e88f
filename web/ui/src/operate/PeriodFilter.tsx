/** From how many days back something is shown. */

interface Props {
  label: string;
  /** Days → what they are called. */
  periods: Record<number, string>;
  days: number;
  onChange: (days: number) => void;
}

export function PeriodFilter({ label, periods, days, onChange }: Props) {
  return (
    <div class="filters">
      <label>
        {label}
        <select value={days} onChange={(event) => onChange(Number(event.currentTarget.value))}>
          {Object.entries(periods).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
