// What `cargo xtask` hands to the suites.

/** A variable without which no suite can run. */
export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the suites through \`cargo xtask test\``);
  return value;
}
