/** Regions of the partition `aws`. Others have consoles with other host names. */
const REGION = /^(?!cn-|us-gov-|us-iso|eu-isoe)[a-z]{2}(-[a-z]+)+-\d$/;
const ID = /^[A-Za-z0-9][\w.:/-]{0,1023}$/;

/** The ids of a path, in their places; null if one is missing or does not look like an id. */
const filledIn = (parts: readonly string[], ids: readonly (string | undefined)[]): string | null => {
  if (!ids.every((id) => id !== undefined && ID.test(id))) return null;
  return parts.map((part, index) => part + encodeURIComponent(ids[index] ?? '')).join('');
};

/**
 * A page of the AWS console in a Region: the address is a literal of this code, and only ids go into it. Null if the Region or
 * an id does not look like one, because a link must lead to AWS.
 */
export const consolePage =
  (region: string) =>
  (parts: TemplateStringsArray, ...ids: readonly (string | undefined)[]): string | null => {
    const path = filledIn(parts, ids);
    return path === null || !REGION.test(region) ? null : `https://${region}.console.aws.amazon.com/${path}`;
  };

/** A page of the AWS console that has no Region in its address. */
export const globalPage = (parts: TemplateStringsArray, ...ids: readonly (string | undefined)[]): string | null => {
  const path = filledIn(parts, ids);
  return path === null ? null : `https://${path}`;
};
