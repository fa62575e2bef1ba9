import type { ReferenceModel } from '../../platform/page-models/reference.js';
import { openApiDocument } from '../openapi/document.js';
import type { OpenApiDocument } from '../openapi/openapi.js';
import { recordsOf, referenceModel } from './reference.js';

const LONGEST_FILTER = 100;

/** The description of the admin API, for programs and for people; it tells no secret. `issuer` is the origin of the API. */
export class ApiReference {
  #document: OpenApiDocument | undefined;
  #whole: ReferenceModel | undefined;

  constructor(private readonly issuer: string) {}

  /** Made when it is first asked for, which takes a tenth of a second. */
  get document(): OpenApiDocument {
    return (this.#document ??= openApiDocument(this.issuer));
  }

  /** The reference whose pages are below `base`, with the operations that the parameter `q` of the query string asks for. */
  pageFor(base: string, querystring: string): ReferenceModel {
    const filter = (new URLSearchParams(querystring).get('q') ?? '').slice(0, LONGEST_FILTER);
    if (filter !== '') return referenceModel(this.document, base, filter);
    this.#whole ??= referenceModel(this.document, base);
    return { ...this.#whole, base };
  }

  /** What responses hold. */
  records(base: string) {
    return { base, records: recordsOf(this.document) };
  }
}
