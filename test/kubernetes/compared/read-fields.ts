/** Which fields of an answer a tool has read. */
export interface ReadFields {
  /** By their names, or their places in a list. */
  readonly fields: Map<string, ReadFields>;
  /** Whether it also asked which fields there are, as for labels. */
  all: boolean;
}

/** A new record, of an answer that nobody has read. */
export const unread = (): ReadFields => ({ fields: new Map(), all: false });

/** An answer that notes in a record what is read of it. A schema reads the fields that it has, and no others. */
export const noting = (answer: unknown, read: ReadFields): unknown => {
  if (typeof answer !== 'object' || answer === null) return answer;
  const inner = new Map<string, unknown>();
  const notes = (key: string): ReadFields => {
    const known = read.fields.get(key) ?? unread();
    read.fields.set(key, known);
    return known;
  };
  return new Proxy(answer, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || isBuiltIn(target, key)) return value;
      if (!inner.has(key)) inner.set(key, noting(value, notes(key)));
      return inner.get(key);
    },
    has: (target, key) => {
      if (typeof key === 'string' && !isBuiltIn(target, key)) notes(key);
      return Reflect.has(target, key);
    },
    ownKeys: (target) => {
      read.all = true;
      return Reflect.ownKeys(target);
    },
  });
};

/** What every object or list has, such as `map`: no field of the answer. */
const isBuiltIn = (target: object, key: string): boolean =>
  (Array.isArray(target) && key === 'length') || (key in target && !Object.hasOwn(target, key));

/** What one reader or another has read. */
export const readByEither = (one: ReadFields, other: ReadFields): ReadFields => {
  const names = new Set([...one.fields.keys(), ...other.fields.keys()]);
  const fields = [...names].map((name): [string, ReadFields] => [
    name,
    readByEither(one.fields.get(name) ?? unread(), other.fields.get(name) ?? unread()),
  ]);
  return { fields: new Map(fields), all: one.all || other.all };
};
