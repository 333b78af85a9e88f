/** Every sentence of the managers' page: change or translate them here. */

const EVERY = { day: "daily", week: "weekly", month: "monthly" } as const;

export const tell = {
  insights: "Insights",
  pageTitle: "Insights · Deskwise",
  skip: "Skip to the question",
  chat: "Chat",

  ask: "Ask about your figures",
  askHint: "Revenue last month by region",
  send: "Ask",
  completions: "Questions that begin so",
  nCompletions: (n: number) => `${n} questions begin so`,

  asked: "Asked now",
  board: "Your board",
  boardMore: "Each answer is computed anew when you open this page.",
  boardEmpty: "Nothing is pinned yet.",
  boardEmptyMore: "Ask, then pin the answer: it stands here, up to date, whenever you come back.",
  try: "Questions to try",
  noFigures: "There are no figures here yet.",
  noFiguresMore: "Whoever runs Deskwise loads them with “deskwise data load” or “deskwise data demo”.",
  loadingBoard: "Opening your board",

  pin: "Pin to the board",
  unpin: "Take off the board",
  dismiss: "Close this answer",
  pinned: "Pinned to your board.",
  unpinned: "Taken off your board.",
  earlier: "Move earlier",
  later: "Move later",
  moved: (place: number, all: number) => `Now ${place} of ${all}.`,
  again: "Ask again",
  receipt: "How this was computed",
  nChecks: (n: number) => (n === 1 ? "1 check" : `${n} checks`),
  table: "Table and files",
  choose: "Choose one",
  goOn: "Go on with",
  goOnOwn: "Go on: by region, last year",
  goOnSend: "Go on",
  then: " › ",
  working: "Computing",

  saved: "Saved questions",
  savedEmpty: "No questions are saved. “deskwise questions save” keeps one, with an alert if you like.",
  runNow: "Run now",
  runNowLong: (name: string) => `Run “${name}” now`,
  every: (every: keyof typeof EVERY) => EVERY[every],
  lastRun: (date: string) => `last run ${date}`,
  neverRun: "not run yet",
  above: (limit: string) => `alert above ${limit}`,
  below: (limit: string) => `alert below ${limit}`,
  unusual: "alert when unusual",
  fired: (date: string) => `Alert since ${date}`,

  notAllowed: "This page is for people who may ask for figures.",
  notAllowedMore: "Ask your administrator for the role “manager”.",

  keys: {
    ask: "go to the question",
    send: "ask",
    choose: "choose among the questions that begin so",
    leave: "close the list or the panel",
    list: "this list",
  },
} as const;
