import type { DetailOnPage } from '../../platform/page-models/interactions.js';
import { hostOf } from '../../registry/apis/audience-rules.js';
import { renderTemplate } from '../../registry/authorization-details/consent-template.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import type { DescribedDetailsType } from '../../registry/authorization-details/details-type-record.js';

/** Details in the words of their types; one whose type is gone has no words but its members. */
export function detailsOnPage(
  details: readonly AuthorizationDetail[],
  described: readonly DescribedDetailsType[],
): DetailOnPage[] {
  const types = new Map(described.map((type) => [type.type, type]));
  return details.map((detail) => {
    const type = types.get(detail.type);
    return {
      title: type?.title ?? detail.type,
      api: type?.api ? { name: type.api.name, host: hostOf(type.api.audience) } : undefined,
      parts: type ? renderTemplate(type.consentTemplate, detail) : [],
      json: JSON.stringify(detail, null, 2).replace(/\p{Cf}/gu, escaped),
    };
  });
}

/** Characters that are invisible or reorder text, as JSON can also write them. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
