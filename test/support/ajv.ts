import { Ajv2020 } from 'ajv/dist/2020';
import { fullFormats } from 'ajv-formats/dist/formats';

/** JSON Schema 2020-12, strictly: a keyword or a format that does not exist is an error. */
export function newAjv(): Ajv2020 {
  return new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    formats: fullFormats,
  });
}
