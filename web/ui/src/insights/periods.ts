/** What is said of the period beside a title: nothing when the title says it already. */
export function periodBeside(title: string, period: string): string {
  return title.includes(period) ? "" : period;
}
