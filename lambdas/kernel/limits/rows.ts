import type { JsonObject } from '../../contracts/json.ts';
import type { RowKey } from '../../contracts/ledger-keys.ts';
import type { Ledger, Row } from '../../contracts/ports.ts';

/** Writes a row whatever its version, if `may` accepts the row that is there. Returns whether it wrote. */
export const put = async (
  ledger: Ledger,
  key: RowKey,
  data: JsonObject,
  may: (row: Row) => boolean,
): Promise<boolean> => {
  for (;;) {
    const { created, row } = await ledger.create(key, data);
    if (created) return true;
    if (!may(row)) return false;
    if (await ledger.replace(key, data, row.version)) return true;
  }
};
