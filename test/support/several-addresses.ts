const IS_ALONE = process.platform === 'darwin';

if (IS_ALONE) {
  process.stderr.write(
    'SKIPPED: what needs several addresses of this machine; on loopback this system has but 127.0.0.1.\n',
  );
}

/** `it` for what needs addresses besides 127.0.0.1; elsewhere the loopback interface has all of 127.0.0.0/8. */
export const itOfSeveralAddresses = IS_ALONE ? it.skip : it;
