package main

const verifyLong = `Verify that an image was signed by those who are asked for, print who has signed it, when, and
where in the transparency log that is, and fail if it was not.

What is signed is looked for where the image is: tags sha256-....sig and .att, as cosign 2
writes them, and referrers with Sigstore bundles, as cosign 3 and GitHub's attestations
(push-to-registry) have them. An index that is signed covers its instances, which it names
by digest.

Who must have signed is one of these, or a file with several, all of which must be met:
  --key cosign.pub                     a public key: ECDSA, Ed25519 or RSA, in PEM, or one of AWS KMS, by
                                       its ARN or awskms:///ARN. It need not be in a transparency log,
                                       but for --tlog
  --issuer URL --identity WHO          an identity, by the certificate that Sigstore gave it for the
                                       occasion; it must be in the log
  --github OWNER/REPO[@refs/tags/v*]   a build of a repository by GitHub Actions, whichever workflow
                                       signed; with /.github/workflows/FILE after REPO, that one

A signature is asked for, which provenance of the build counts as, too; with --predicate-type
the attestation of that type.

With --receipt the receipts are checked that mirror has put beside the image, of where it was
mirrored from (docs/receipts.md), by the public key of --key, or of --kms; they are printed. It
fails if there is none that the key has signed.

What vouches for identities is the trusted root: that of Sigstore's public instance, which is
shipped, or a file of --root. "mirror trust FILE" fetches the newest one. Nothing is asked of
Sigstore: all this works offline, but for keys of KMS. docs/verify.md has the form of files.

Exit codes: 0 verified; 1 not verified, and would not be on another try; 2 wrong usage;
75 not verified because something could not be read for now.`

const verifyExample = `  mirror verify ghcr.io/org/app:1 --github org/app
  mirror verify ghcr.io/org/app:1 --github org/app/.github/workflows/release.yml@refs/tags/v*
  mirror verify registry.example.com/app:1 --key cosign.pub
  mirror verify registry.example.com/app:1 --key awskms:///arn:aws:kms:us-east-1:123456789012:alias/app
  mirror verify registry.example.com/app:1 --issuer https://accounts.google.com --identity dev@example.com
  mirror verify ghcr.io/org/app:1 --github org/app --predicate-type https://spdx.dev/Document
  mirror verify ghcr.io/org/app:1 --policy verify.yaml -o json
  mirror verify 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1 --receipt --kms alias/receipts`

const trustLong = `Fetch the root of trust of a Sigstore into a file, for "mirror verify --root FILE": its
authorities, and its logs. It comes from the TUF repository of the Sigstore, which signs it, and
is verified by the root.json of that: Sigstore's public instance is known, another one's is
given by --tuf-root. The file is replaced when all went well, and stays as it is otherwise.

The root that is shipped is that of Sigstore's public instance as of October 2026. It changes a
few times in ten years; a signature that is in no log that the root knows is a sign of it.

Exit codes: 0 the file has the root; 1 it could not be had; 2 wrong usage; 75 another try may
have it.`

const trustExample = `  mirror trust trusted_root.json
  mirror trust trusted_root.json --tuf https://tuf.sigstore.example.com --tuf-root root.json`
