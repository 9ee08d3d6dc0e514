/** Development defaults that work out of the box and that production refuses. */
export const DEVELOPMENT = {
  spgApiKey: 'dev-spg-key',
  jwtSecret: 'karere-development-secret-never-in-production',
  issuer: 'karere-development',
  followup: {
    jwtSecret: 'karere-development-followup-never-in-production',
    userName: 'technician',
    /** Of the password `karere`, at a lower cost than a real one has. */
    passwordHash: 'scrypt.14.8.1.a2FyZXJlIGRldmVsb3BtZQ.cUmWWzGIqrWH_Ig-AKJxhmwXpW9RaVyyC1IGUd5UB7Y',
  },
  /** 32 bytes in base64, of the text "karere development, not a secret". */
  encryptionKey: Buffer.from('karere development, not a secret').toString('base64'),
} as const;
