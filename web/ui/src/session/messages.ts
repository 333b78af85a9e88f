/** Every sentence about signing in: change or translate them here. */

export const say = {
  title: "Sign in to Deskwise",
  pageTitle: "Sign in · Deskwise",
  name: "Name or e-mail address",
  password: "Password",
  showPassword: "Show the password",
  signIn: "Sign in",
  signingIn: "Signing in",
  isOver: "Your session is over. Sign in to go on where you were.",
  forgotten: "Forgotten the password? Your administrator sets a new one.",
  yourAccount: "Your account",
  account: (name: string) => `Your account: ${name}`,
  loading: "Loading",
} as const;
