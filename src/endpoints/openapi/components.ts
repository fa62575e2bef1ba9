import { z } from 'zod';
import { auditEventResponse, auditEventPage } from '../../tenancy/audit/audit-event.schema.js';
import {
  clientResponse,
  clientPage,
  createdClientResponse,
  rotatedClientResponse,
} from '../../registry/client-record/client-response.schema.js';
import { clientPatchRequest, newClientRequest } from '../../registry/client-record/client-request.schema.js';
import {
  MEMBER_FIELD_DESCRIPTIONS,
  memberResponse,
  memberPage,
} from '../../tenancy/members/member-answer.schema.js';
import { memberPatch, newMember } from '../../tenancy/members/member-schema.js';
import {
  INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS,
  initialAccessTokenResponse,
} from '../../registry/registration/initial-access-token.schema.js';
import { initialAccessTokenInput } from '../../registry/registration/initial-access-tokens.service.js';
import { apiResponse, apiPage, apiPatchRequest, newApiRequest } from '../../registry/apis/api.schema.js';
import {
  newScopeRequest,
  scopeResponse,
  scopePage,
  scopePatchRequest,
} from '../../registry/scopes/scope.schema.js';
import {
  organizationResponse,
  organizationPage,
  projectResponse,
  projectPage,
  TENANT_FIELD_DESCRIPTIONS,
} from '../../tenancy/tenants/tenant-answer.schema.js';
import {
  newOrganization,
  newProject,
  organizationPatch,
  projectPatch,
} from '../../tenancy/tenants/tenant-schema.js';
import { clientDetailsResponse, usageReport } from '../../registry/usage-reports/usage-report.schema.js';
import { described } from '../../platform/wire/answer-shapes.js';
import { problem } from './problem.schema.js';

const inWords = (schema: z.ZodObject, words: Readonly<Partial<Record<string, string>>>) =>
  z.strictObject(described(schema.shape as Record<string, z.ZodType>, words));

/** The bodies of requests: the schemas that read them. */
export const REQUESTS = {
  NewOrganization: inWords(newOrganization, TENANT_FIELD_DESCRIPTIONS),
  OrganizationPatch: inWords(organizationPatch, TENANT_FIELD_DESCRIPTIONS),
  NewProject: inWords(newProject, TENANT_FIELD_DESCRIPTIONS),
  ProjectPatch: inWords(projectPatch, TENANT_FIELD_DESCRIPTIONS),
  NewMember: inWords(newMember, MEMBER_FIELD_DESCRIPTIONS),
  MemberPatch: inWords(memberPatch, MEMBER_FIELD_DESCRIPTIONS),
  NewClient: newClientRequest,
  ClientPatch: clientPatchRequest,
  NewInitialAccessToken: inWords(initialAccessTokenInput, INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS),
  NewScope: newScopeRequest,
  ScopePatch: scopePatchRequest,
  NewApi: newApiRequest,
  ApiPatch: apiPatchRequest,
};
export type RequestName = keyof typeof REQUESTS;

/** The bodies of answers. */
export const ANSWERS = {
  Organization: organizationResponse,
  OrganizationPage: organizationPage,
  Project: projectResponse,
  ProjectPage: projectPage,
  Member: memberResponse,
  MemberPage: memberPage,
  Client: clientResponse,
  ClientPage: clientPage,
  ClientDetails: clientDetailsResponse,
  CreatedClient: createdClientResponse,
  RotatedClient: rotatedClientResponse,
  InitialAccessToken: initialAccessTokenResponse,
  Scope: scopeResponse,
  ScopePage: scopePage,
  Api: apiResponse,
  ApiPage: apiPage,
  UsageReport: usageReport,
  AuditEvent: auditEventResponse,
  AuditEventPage: auditEventPage,
  Problem: problem,
};
export type AnswerName = keyof typeof ANSWERS;
