import type { ClientOnPage, EngineForm } from './shared.js';

/** `device-code`: the form for the code that a device shows. */
export interface DeviceCodeModel extends EngineForm {
  userCode: string;
  problem: string | undefined;
  /** Whether the person refused the device; shown as a confirmation, not as an error. */
  cancelled: boolean;
}

/** `device-confirm`: asks whether this is the person's device. */
export interface DeviceConfirmModel extends EngineForm {
  client: ClientOnPage;
  userCode: string;
  /** The program, network and age of the device's request in words, as far as they are known. */
  askedBy: string | undefined;
}

/** `device-done`: the device was authorized. */
export interface DeviceDoneModel {
  clientName: string | undefined;
}

/** `form-post`: a form of the engine that submits itself. */
export interface FormPostModel {
  /** Both are markup, escaped by the engine. */
  action: string;
  inputs: string;
  /** The host that the form goes to; undefined for this server. */
  to: string | undefined;
  /** Whether it brings the code of a device; another form to this server signs an account out. */
  isDevice: boolean;
  script: string;
}

/** `sign-out`: asks whether to sign out. */
export interface SignOutModel extends EngineForm {
  clientName: string | undefined;
  email: string | undefined;
  /** The address to go back to that the client named and does not have. */
  refusedReturn: string | undefined;
}

/** `signed-out`: the result of a sign-out. */
export interface SignedOutModel {
  outcome: 'signed-out' | 'left-client' | 'still-signed-in';
  clientName: string | undefined;
}

/** The pages at the engine's own endpoints. */
export interface EngineEndpointPages {
  'device-code': DeviceCodeModel;
  'device-confirm': DeviceConfirmModel;
  'device-done': DeviceDoneModel;
  'form-post': FormPostModel;
  'sign-out': SignOutModel;
  'signed-out': SignedOutModel;
}
