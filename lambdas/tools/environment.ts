/**
 * What the tag `environment` or `env` of a target says, in lower case. No such tag, an empty one, or two that disagree
 * count as `production`, so the strictest policy applies when it is unclear. Policy sees this name only if the settings
 * list it: see `environmentInForce`.
 */
export const environmentOf = (tags: Readonly<Record<string, string>>): string => {
  const values = Object.entries(tags)
    .filter(([key]) => ['environment', 'env'].includes(key.trim().toLowerCase()))
    .map(([, value]) => value.trim().toLowerCase());
  const [first = '', ...others] = new Set(values);
  return first === '' || others.length > 0 ? 'production' : first;
};
