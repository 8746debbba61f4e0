/**
 * The tags that policies read: those that are stored, and each of them under its key in lower case, with no blanks
 * around key and value. So `Checkrein:Protect` protects too. Values that disagree under one such key are joined: then it
 * has none of them, and what any value but one protects stays protected.
 */
export const policyTags = (stored: Readonly<Record<string, string>>): Record<string, string> => {
  const values = new Map<string, Set<string>>();
  for (const [key, value] of Object.entries(stored)) {
    const name = key.trim().toLowerCase();
    values.set(name, (values.get(name) ?? new Set()).add(value.trim()));
  }
  const normalized = [...values].map(([name, all]): [string, string] => [name, [...all].toSorted().join(', ')]);
  return { ...stored, ...Object.fromEntries(normalized) };
};
