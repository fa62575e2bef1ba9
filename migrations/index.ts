import type { Knex } from 'knex';
import * as createTenants from './20261122060000_create_tenants.js';
import * as createScopes from './20261122060100_create_scopes.js';
import * as createClients from './20261122060200_create_clients.js';
import * as createAccounts from './20261122060300_create_accounts.js';
import * as createKeys from './20261122060400_create_keys.js';
import * as createArtifacts from './20261122060500_create_artifacts.js';
import * as createAuditEvents from './20261122060600_create_audit_events.js';
import * as createMembers from './20261122070000_create_members.js';
import * as createApis from './20261122070100_create_apis.js';
import * as addPublisherVerification from './20261122070200_add_publisher_verification.js';
import * as createUsage from './20261122070300_create_usage.js';
import * as prepareRegistration from './20261122070400_prepare_registration.js';
import * as indexAccountsOfArtifacts from './20261122070500_index_accounts_of_artifacts.js';
import * as createJobSlots from './20261125060000_create_job_slots.js';
import * as vacuumArtifactsSooner from './20261125060100_vacuum_artifacts_sooner.js';
import * as renameRestoredAt from './20261126060000_rename_restored_at_to_tokens_valid_after.js';
import * as createOutbox from './20261126080000_create_outbox.js';
import * as numberEncryptionKeys from './20261126090000_number_encryption_keys.js';
import * as relaxPkce from './20261126160000_relax_pkce.js';
import * as addApplicationType from './20261126160100_add_application_type.js';
import * as extendResponseTypes from './20261126160200_extend_response_types.js';
import * as allowEitherSecretMethod from './20261126161000_allow_either_secret_method.js';
import * as addClaimsInIdToken from './20261126161100_add_claims_in_id_token.js';
import * as addAccessTokenTyp from './20261126161200_add_access_token_typ.js';
import * as deriveCorsOrigins from './20261126161300_derive_cors_origins.js';
import * as addOwnerOfApis from './20261126161400_add_owner_of_apis.js';
import * as addRegisteredMetadata from './20261126162000_add_registered_metadata.js';
import * as deleteUnusedClientSecrets from './20261126162100_delete_unused_client_secrets.js';
import * as widenScopeNames from './20261126162200_widen_scope_names.js';
import * as addFirstPartyClients from './20261126163000_add_first_party_clients.js';
import * as makeEmailDomainsAscii from './20261126163100_make_email_domains_ascii.js';
import * as addAdminReach from './20261126164100_add_admin_reach.js';
import * as endTokensOfAccounts from './20261126164200_end_tokens_of_accounts.js';
import * as manageAccounts from './20261126165000_manage_accounts.js';
import * as createOwnSessions from './20261126166000_create_own_sessions.js';
import * as addStatusToAccounts from './20261126170000_add_status_to_accounts.js';
import * as createSignIns from './20261126170100_create_sign_ins.js';
import * as addDeletionRequestedBy from './20261126170200_add_deletion_requested_by.js';
import * as addNewBrowserToSignIns from './20261126170300_add_new_browser_to_sign_ins.js';
import * as createSecondFactors from './20261126180000_create_second_factors.js';
import * as indexOrganizationsWithSecondFactor from './20261126180100_index_organizations_with_second_factor.js';
import * as createDevelopmentMailbox from './20261126190000_create_development_mailbox.js';
import * as createOneTimeCodes from './20261126190100_create_one_time_codes.js';
import * as createInvitations from './20261126190200_create_invitations.js';
import * as giveAccountScopesToAdminClient from './20261126200000_give_account_scopes_to_admin_client.js';
import * as widenClientIds from './20261126210000_widen_client_ids.js';
import * as createClientDocuments from './20261126210100_create_client_documents.js';
import * as indexUseOfClients from './20261126230000_index_use_of_clients.js';
import * as recordJobOutcomes from './20261127000000_record_job_outcomes.js';
import * as addInstallationScopes from './20261127000100_add_installation_scopes.js';
import * as createUsageHours from './20261127000200_create_usage_hours.js';
import * as indexAuditEventsOfOrganizations from './20261127000300_index_audit_events_of_organizations.js';
import * as createWebhooks from './20261127000400_create_webhooks.js';
import * as addAuthorizationRequestFields from './20261127010000_add_authorization_request_fields.js';
import * as addBoundTokensAndResponseAlgorithms from './20261127010100_add_bound_tokens_and_response_algorithms.js';
import * as addBackchannelAuthentication from './20261127020000_add_backchannel_authentication.js';
import * as addClientCertificates from './20261127040000_add_client_certificates.js';
import * as addTokenExchange from './20261127050000_add_token_exchange.js';
import * as addWebhookState from './20261127055000_add_webhook_state.js';
import * as addPairwiseSubjects from './20261127061000_add_pairwise_subjects.js';
import * as sumUsageOfProjects from './20261127061010_sum_usage_of_projects.js';
import * as indexUnfinishedDeliveries from './20261127061100_index_unfinished_deliveries.js';
import * as createAuthorizationDetailsTypes from './20261127062000_create_authorization_details_types.js';
import * as indexShortTextsOfClients from './20261127081100_index_short_texts_of_clients.js';
import * as addVersions from './20261127090000_add_versions_to_tenants_and_accounts.js';
import * as indexUnprotectedCodes from './20261127185500_index_unprotected_codes.js';
import * as createNodes from './20261127192500_create_nodes.js';
import * as invalidatePendingSignIns from './20261127223000_invalidate_pending_sign_ins.js';
import * as addReceiverToOutbox from './20261127224000_add_receiver_to_outbox.js';
import * as noteDeletedWebhooks from './20261128010000_note_deleted_webhooks.js';
import * as indexFailuresByDay from './20261128010100_index_failures_by_day.js';
import * as boundPendingEntries from './20261128010200_bound_pending_entries_of_clients.js';
import * as trimNames from './20261128010300_trim_names.js';

/** One step of the schema; both directions run in a transaction. */
export interface Migration {
  name: string;
  up(sql: Knex): Promise<void>;
  down(sql: Knex): Promise<void>;
}

/** Every migration, in the order in which they run. Names carry no extension, so that they stay the same once compiled. */
export const migrations: readonly Migration[] = [
  { name: '20261122060000_create_tenants', ...createTenants },
  { name: '20261122060100_create_scopes', ...createScopes },
  { name: '20261122060200_create_clients', ...createClients },
  { name: '20261122060300_create_accounts', ...createAccounts },
  { name: '20261122060400_create_keys', ...createKeys },
  { name: '20261122060500_create_artifacts', ...createArtifacts },
  { name: '20261122060600_create_audit_events', ...createAuditEvents },
  { name: '20261122070000_create_members', ...createMembers },
  { name: '20261122070100_create_apis', ...createApis },
  { name: '20261122070200_add_publisher_verification', ...addPublisherVerification },
  { name: '20261122070300_create_usage', ...createUsage },
  { name: '20261122070400_prepare_registration', ...prepareRegistration },
  { name: '20261122070500_index_accounts_of_artifacts', ...indexAccountsOfArtifacts },
  { name: '20261125060000_create_job_slots', ...createJobSlots },
  { name: '20261125060100_vacuum_artifacts_sooner', ...vacuumArtifactsSooner },
  { name: '20261126060000_rename_restored_at_to_tokens_valid_after', ...renameRestoredAt },
  { name: '20261126080000_create_outbox', ...createOutbox },
  { name: '20261126090000_number_encryption_keys', ...numberEncryptionKeys },
  { name: '20261126160000_relax_pkce', ...relaxPkce },
  { name: '20261126160100_add_application_type', ...addApplicationType },
  { name: '20261126160200_extend_response_types', ...extendResponseTypes },
  { name: '20261126161000_allow_either_secret_method', ...allowEitherSecretMethod },
  { name: '20261126161100_add_claims_in_id_token', ...addClaimsInIdToken },
  { name: '20261126161200_add_access_token_typ', ...addAccessTokenTyp },
  { name: '20261126161300_derive_cors_origins', ...deriveCorsOrigins },
  { name: '20261126161400_add_owner_of_apis', ...addOwnerOfApis },
  { name: '20261126162000_add_registered_metadata', ...addRegisteredMetadata },
  { name: '20261126162100_delete_unused_client_secrets', ...deleteUnusedClientSecrets },
  { name: '20261126162200_widen_scope_names', ...widenScopeNames },
  { name: '20261126163000_add_first_party_clients', ...addFirstPartyClients },
  { name: '20261126163100_make_email_domains_ascii', ...makeEmailDomainsAscii },
  { name: '20261126164100_add_admin_reach', ...addAdminReach },
  { name: '20261126164200_end_tokens_of_accounts', ...endTokensOfAccounts },
  { name: '20261126165000_manage_accounts', ...manageAccounts },
  { name: '20261126166000_create_own_sessions', ...createOwnSessions },
  { name: '20261126170000_add_status_to_accounts', ...addStatusToAccounts },
  { name: '20261126170100_create_sign_ins', ...createSignIns },
  { name: '20261126170200_add_deletion_requested_by', ...addDeletionRequestedBy },
  { name: '20261126170300_add_new_browser_to_sign_ins', ...addNewBrowserToSignIns },
  { name: '20261126180000_create_second_factors', ...createSecondFactors },
  { name: '20261126180100_index_organizations_with_second_factor', ...indexOrganizationsWithSecondFactor },
  { name: '20261126190000_create_development_mailbox', ...createDevelopmentMailbox },
  { name: '20261126190100_create_one_time_codes', ...createOneTimeCodes },
  { name: '20261126190200_create_invitations', ...createInvitations },
  { name: '20261126200000_give_account_scopes_to_admin_client', ...giveAccountScopesToAdminClient },
  { name: '20261126210000_widen_client_ids', ...widenClientIds },
  { name: '20261126210100_create_client_documents', ...createClientDocuments },
  { name: '20261126230000_index_use_of_clients', ...indexUseOfClients },
  { name: '20261127000000_record_job_outcomes', ...recordJobOutcomes },
  { name: '20261127000100_add_installation_scopes', ...addInstallationScopes },
  { name: '20261127000200_create_usage_hours', ...createUsageHours },
  { name: '20261127000300_index_audit_events_of_organizations', ...indexAuditEventsOfOrganizations },
  { name: '20261127000400_create_webhooks', ...createWebhooks },
  { name: '20261127010000_add_authorization_request_fields', ...addAuthorizationRequestFields },
  {
    name: '20261127010100_add_bound_tokens_and_response_algorithms',
    ...addBoundTokensAndResponseAlgorithms,
  },
  { name: '20261127020000_add_backchannel_authentication', ...addBackchannelAuthentication },
  { name: '20261127040000_add_client_certificates', ...addClientCertificates },
  { name: '20261127050000_add_token_exchange', ...addTokenExchange },
  { name: '20261127055000_add_webhook_state', ...addWebhookState },
  { name: '20261127061000_add_pairwise_subjects', ...addPairwiseSubjects },
  { name: '20261127061010_sum_usage_of_projects', ...sumUsageOfProjects },
  { name: '20261127061100_index_unfinished_deliveries', ...indexUnfinishedDeliveries },
  { name: '20261127062000_create_authorization_details_types', ...createAuthorizationDetailsTypes },
  { name: '20261127081100_index_short_texts_of_clients', ...indexShortTextsOfClients },
  { name: '20261127090000_add_versions_to_tenants_and_accounts', ...addVersions },
  { name: '20261127185500_index_unprotected_codes', ...indexUnprotectedCodes },
  { name: '20261127192500_create_nodes', ...createNodes },
  { name: '20261127223000_invalidate_pending_sign_ins', ...invalidatePendingSignIns },
  { name: '20261127224000_add_receiver_to_outbox', ...addReceiverToOutbox },
  { name: '20261128010000_note_deleted_webhooks', ...noteDeletedWebhooks },
  { name: '20261128010100_index_failures_by_day', ...indexFailuresByDay },
  { name: '20261128010200_bound_pending_entries_of_clients', ...boundPendingEntries },
  { name: '20261128010300_trim_names', ...trimNames },
];
