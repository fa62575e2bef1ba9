/**
 * A certificate for localhost that signs itself, and its key. They prove nothing to anybody: browsers in the tests are
 * told to accept what no authority vouches for.
 */
export const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvjwBKxFcCKHuAwS1
uJOLi62maPrpjwRlqwk5oxKbEnihRANCAAScpLuKBhL8SAz9UfbIEoZrIkskuozK
40cBHTmkZ7fcIOU3Dw3oiEh2VLyU3xHbIZo6g6U8zX19vVvwBRH2rtSY
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUK4d0f0Oaew2nCEHl32ir4mQnNFUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjA1NTIzMloYDzIxMjYxMDI5
MDU1MjMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAScpLuKBhL8SAz9UfbIEoZrIkskuozK40cBHTmkZ7fcIOU3Dw3oiEh2
VLyU3xHbIZo6g6U8zX19vVvwBRH2rtSYo28wbTAdBgNVHQ4EFgQUNtgezEt9anj6
H7mtTPCZDr9IUi4wHwYDVR0jBBgwFoAUNtgezEt9anj6H7mtTPCZDr9IUi4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgbMXvJH75ihiszUXXRUzzZ87bTs6zxh99fP0wV8P4jMYCIQCm
H3bEW9aW+ORmonLp1F79fDsvZqnb07Iqv75JugU9NQ==
-----END CERTIFICATE-----`,
};
