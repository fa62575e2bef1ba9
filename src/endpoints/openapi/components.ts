import { z } from 'zod';
import { auditEventAnswer, auditEventPage } from '../../tenancy/audit/audit-event.schema.js';
import {
  clientAnswer,
  clientPage,
  createdClientAnswer,
  rotatedClientAnswer,
} from '../../registry/client-record/client-response.schema.js';
import { clientPatchRequest, newClientRequest } from '../../registry/client-record/client-request.schema.js';
import { MEMBER_WORDS, memberAnswer, memberPage } from '../../tenancy/members/member-answer.schema.js';
import { memberPatch, newMember } from '../../tenancy/members/member-schema.js';
import {
  INITIAL_ACCESS_TOKEN_WORDS,
  initialAccessTokenAnswer,
} from '../../registry/registration/initial-access-token.schema.js';
import { initialAccessTokenInput } from '../../registry/registration/initial-access-tokens.service.js';
import { apiAnswer, apiPage, apiPatchRequest, newApiRequest } from '../../registry/apis/api.schema.js';
import {
  newScopeRequest,
  scopeAnswer,
  scopePage,
  scopePatchRequest,
} from '../../registry/scopes/scope.schema.js';
import {
  organizationAnswer,
  organizationPage,
  projectAnswer,
  projectPage,
  TENANT_WORDS,
} from '../../tenancy/tenants/tenant-answer.schema.js';
import {
  newOrganization,
  newProject,
  organizationPatch,
  projectPatch,
} from '../../tenancy/tenants/tenant-schema.js';
import { clientDetailsAnswer, usageReport } from '../../registry/usage-reports/usage-report.schema.js';
import { described } from '../../platform/wire/answer-shapes.js';
import { problem } from './problem.schema.js';

const inWords = (schema: z.ZodObject, words: Readonly<Partial<Record<string, string>>>) =>
  z.strictObject(described(schema.shape as Record<string, z.ZodType>, words));

/** The bodies of requests: the schemas that read them. */
export const REQUESTS = {
  NewOrganization: inWords(newOrganization, TENANT_WORDS),
  OrganizationPatch: inWords(organizationPatch, TENANT_WORDS),
  NewProject: inWords(newProject, TENANT_WORDS),
  ProjectPatch: inWords(projectPatch, TENANT_WORDS),
  NewMember: inWords(newMember, MEMBER_WORDS),
  MemberPatch: inWords(memberPatch, MEMBER_WORDS),
  NewClient: newClientRequest,
  ClientPatch: clientPatchRequest,
  NewInitialAccessToken: inWords(initialAccessTokenInput, INITIAL_ACCESS_TOKEN_WORDS),
  NewScope: newScopeRequest,
  ScopePatch: scopePatchRequest,
  NewApi: newApiRequest,
  ApiPatch: apiPatchRequest,
};
export type RequestName = keyof typeof REQUESTS;

/** The bodies of answers. */
export const ANSWERS = {
  Organization: organizationAnswer,
  OrganizationPage: organizationPage,
  Project: projectAnswer,
  ProjectPage: projectPage,
  Member: memberAnswer,
  MemberPage: memberPage,
  Client: clientAnswer,
  ClientPage: clientPage,
  ClientDetails: clientDetailsAnswer,
  CreatedClient: createdClientAnswer,
  RotatedClient: rotatedClientAnswer,
  InitialAccessToken: initialAccessTokenAnswer,
  Scope: scopeAnswer,
  ScopePage: scopePage,
  Api: apiAnswer,
  ApiPage: apiPage,
  UsageReport: usageReport,
  AuditEvent: auditEventAnswer,
  AuditEventPage: auditEventPage,
  Problem: problem,
};
export type AnswerName = keyof typeof ANSWERS;
