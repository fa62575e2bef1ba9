import { describe, expect, test } from '@jest/globals';
import {
  applicationTypeOf,
  engineApplicationType,
  originErrors,
  redirectUriErrors,
  webUrlErrors,
} from '../../../src/registry/client-rules/redirect-uri-rules.js';

describe('redirect URIs', () => {
  test.each([
    'https://app.example',
    'https://app.example:8443/cb?x=1&y=%20',
    'https://localhost/cb',
    'https://[2001:db8::1]/cb',
    'https://xn--bcher-kva.example/',
    'http://localhost',
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:5000/cb',
    'com.example.app:/cb',
    'myapp://oauth/callback',
  ])('%s is accepted', (uri) => {
    expect(redirectUriErrors(uri)).toEqual([]);
  });

  test.each([
    ['', /absolute URI/],
    ['/cb', /absolute URI/],
    ['//app.example/cb', /absolute URI/],
    ['https://', /not a valid URI/],
    ['https://app.example:99999/', /not a valid URI/],
    ['http://app.example/cb', /Use https/],
    ['http://localhost.evil.example/', /Use https/],
    ['http://127.0.0.2/', /Use https/],
    ['http://127.1/', /exactly as http:\/\/127\.0\.0\.1/],
    ['http://LOCALHOST/', /exactly as http:\/\/localhost/],
    ['https://App.example/', /exactly as https:\/\/app\.example/],
    ['HTTPS://app.example/', /lower case/],
    ['https:app.example', /exactly as/],
    ['https:///app.example', /exactly as/],
    ['https:\\\\app.example', /RFC 3986/],
    ['https://app.example/cb#', /fragment/],
    ['https://app.example/cb#x', /fragment/],
    ['https://*.example/cb', /Wildcards/],
    ['https://app.example/*', /Wildcards/],
    ['https://user:pw@app.example/', /user name/],
    ['https://@app.example/', /user name/],
    ['myapp://user@host/', /user name/],
    ['https://bücher.example/', /RFC 3986/],
    ['https://app.example/%zz', /RFC 3986/],
    [' https://app.example/', /RFC 3986/],
    ['https://app.example/\n', /RFC 3986/],
    ['https://app.example/\0', /RFC 3986/],
    ['java\tscript:alert(1)', /RFC 3986/],
    ['javascript:alert(1)', /javascript is refused/],
    ['JavaScript:alert(1)', /javascript is refused/],
    ['data:text/html,x', /data is refused/],
    ['file:///etc/passwd', /file is refused/],
    ['vbscript:x', /vbscript is refused/],
    ['about:blank', /about is refused/],
    ['blob:https://app.example/x', /blob is refused/],
    ['wss://app.example/', /wss is refused/],
  ])('%j is refused', (uri, reason) => {
    expect(redirectUriErrors(uri).join(' ')).toMatch(reason);
  });

  test('every mistake of one URI is told', () => {
    expect(redirectUriErrors('http://u@App.example/*#x')).toHaveLength(4);
  });
});

describe('other URLs', () => {
  test.each([
    ['https://app.example/terms#eu', { loopback: false, fragment: true }, true],
    ['https://app.example/jwks#1', { loopback: false, fragment: false }, false],
    ['http://localhost/logout', { loopback: true, fragment: false }, true],
    ['http://localhost/logo.png', { loopback: false, fragment: true }, false],
    ['data:image/png;base64,AA', { loopback: false, fragment: true }, false],
    ['https://u@app.example/', { loopback: false, fragment: true }, false],
  ])('%s with %j: %s', (url, allow, accepted) => {
    expect(webUrlErrors(url, allow).length === 0).toBe(accepted);
  });

  test.each([
    ['https://app.example', true],
    ['https://app.example:8443', true],
    ['http://localhost:3000', true],
    ['https://app.example/', false],
    ['https://app.example:443', false],
    ['http://app.example', false],
    ['https://*.example', false],
    ['null', false],
    ['*', false],
  ])('origin %s: %s', (origin, accepted) => {
    expect(originErrors(origin).length === 0).toBe(accepted);
  });
});

describe('application type for the engine', () => {
  test.each([
    ['public', ['https://app.example/'], [], 'web'],
    ['public', ['http://localhost:3000/cb'], [], 'native'],
    ['public', ['https://app.example/', 'http://127.0.0.1/cb'], [], 'native'],
    ['public', ['http://localhost/cb', 'https://localhost/cb'], [], 'web'],
    ['public', ['myapp:/cb', 'https://app.example/'], [], 'native'],
    ['confidential', ['http://localhost:3000/cb'], [], 'web'],
    ['confidential', ['https://app.example/'], ['myapp:/bye'], 'native'],
    ['confidential', [], [], 'web'],
  ] as const)('%s with %j and %j is %s', (clientType, redirectUris, postLogoutRedirectUris, expected) => {
    const uris = { redirectUris: [...redirectUris], postLogoutRedirectUris: [...postLogoutRedirectUris] };
    expect(engineApplicationType({ clientType, ...uris })).toBe(expected);
  });
});

describe('application type', () => {
  test.each([
    [null, ['https://app.example/'], 'web'],
    [null, ['http://localhost:3000/cb'], 'native'],
    [null, ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb'], 'native'],
    [null, ['https://app.example/', 'http://localhost:3000/cb'], 'web'],
    [null, ['https://app.example/', 'com.example.app:/cb'], 'web'],
    [null, ['https://localhost/cb'], 'web'],
    [null, [], 'web'],
    ['native', ['https://app.example/'], 'native'],
    ['web', ['http://localhost:3000/cb'], 'web'],
  ] as const)('%s with %j is %s', (applicationType, redirectUris, expected) => {
    expect(applicationTypeOf({ applicationType, redirectUris: [...redirectUris] })).toBe(expected);
  });
});
