import { expect, test } from '@jest/globals';
import { passwordErrors } from '../../../src/identity/accounts/email-and-password-rules.js';

test.each([
  'password1234',
  'P@ssw0rd2024!',
  'passwordpassword',
  'Welcome12345!',
  'qwertyuiop123',
  '1qaz2wsx3edc',
  'aaaaaaaaaaaa',
  'abcabcabcabc',
  '123456789012',
  'iloveyou-2025',
  'Administrator1',
  'SummerWinter2024',
  'adalovelace1815',
  'ada.lovelace@1',
])('"%s" is refused', (password) => {
  expect(passwordErrors(password, 'ada.lovelace@people.example')).toMatchObject([{ pointer: '/password' }]);
});

test.each([
  'correct horse battery staple',
  'p4ssw0rd-of-the-database',
  'mauve otter 71 tramway',
  'gK8#vT2!qLm9',
  'tWn7-hGh2kQ-9ss',
  'Käsebrot unter dem Sofa',
])('"%s" is accepted', (password) => {
  expect(passwordErrors(password, 'ada.lovelace@people.example')).toEqual([]);
});
