/** Development defaults that work out of the box and that production refuses. */
export const DEVELOPMENT = {
  spgApiKey: 'dev-spg-key',
  jwtSecret: 'karere-development-secret-never-in-production',
  issuer: 'karere-development',
  followup: {
    jwtSecret: 'karere-development-followup-never-in-production',
    userName: 'technician',
    /** Of the password `karere`. */
    passwordHash: 'scrypt.15.8.3.PvwiP7ZoCDLYJqXPhgbjdg.peAFdbTrDE-A_QSi14uJ50D3NaRSkMx8uq0ffZ1Kp8I',
  },
  /** 32 bytes in base64, of the text "karere development, not a secret". */
  encryptionKey: Buffer.from('karere development, not a secret').toString('base64'),
} as const;
