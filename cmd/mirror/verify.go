package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/settings"
	"ecrmirror/internal/verify"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/kmskeys"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/policyfile"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/internal/verifyview"
)

// verifying is what the command line and the environment ask of verify.
type verifying struct {
	registries settings.Registries
	asked      policy.Requirement // by flags
	policyFile string
	rootFile   string
	receipt    receiptCheck
	format     *cli.Format
	getenv     func(string) string

	image   imagename.Name
	policy  policy.Policy
	files   policy.KeySource // of keys that are none of KMS's
	trusted *trust.Root
}

func newVerify(getenv func(string) string) *cobra.Command {
	v := verifying{getenv: getenv}
	cmd := &cobra.Command{
		Use:     "verify IMAGE",
		Short:   "Verify who has signed an image",
		Long:    verifyLong,
		Example: verifyExample,
		Args:    v.parseArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return v.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	v.addFlags(cmd.Flags())
	return cmd
}

// envTrustedRoot names the file of --root. It is for people: jobs have no files.
const envTrustedRoot = "MIRROR_TRUSTED_ROOT"

// Flags of verify that its errors name.
const (
	keyFlag      = "key"
	issuerFlag   = "issuer"
	identityFlag = "identity"
	githubFlag   = "github"
	policyFlag   = "policy"
)

func (v *verifying) addFlags(flags *pflag.FlagSet) {
	v.format = cli.AddOutput(flags)
	flags.StringArrayVar(&v.asked.Key, keyFlag, nil,
		"`FILE` with the public key that must have signed, such as cosign.pub, or the ARN of one of KMS; may be repeated: "+
			"one of them must have")
	flags.BoolVar(&v.asked.TLog, "tlog", false, "what the key has signed must be in a transparency log")
	flags.StringVar(&v.asked.Issuer, issuerFlag, "", "`URL` of who vouches for the identity that must have signed")
	flags.StringArrayVar(&v.asked.Identity, identityFlag, nil,
		"`IDENTITY` that must have signed, exactly: an e-mail address or a URI; may be repeated: one of them must have")
	flags.StringVar(&v.asked.IdentityPattern, "identity-pattern", "", "`REGEXP` of identities, from ^ to $")
	flags.StringArrayVar(&v.asked.GitHub, githubFlag, nil,
		"`OWNER/REPO[/.github/workflows/FILE][@REF]` whose workflow must have signed; may be repeated")
	flags.StringVar(&v.asked.Workflow, "workflow", "",
		"`OWNER/REPO/.github/workflows/FILE[@REF]` of the reusable workflow that signs, where it is another repository's")
	flags.StringArrayVar(&v.asked.PredicateTypes, "predicate-type", nil,
		"`URI` of the type of an attestation that must be there, instead of a signature; may be repeated: all must be")
	flags.StringVar(&v.policyFile, policyFlag, "",
		"`FILE` (YAML or JSON) that says who must have signed, as an entry does under verify; instead of the flags above")
	flags.StringVar(&v.rootFile, "root", v.getenv(envTrustedRoot),
		"`FILE` with the trusted root, as mirror trust writes it (env "+envTrustedRoot+
			"); default: that of Sigstore's public instance, which is shipped")
	v.receipt.add(flags)
	v.registries.Add(flags, v.getenv)
}

func (v *verifying) parseArgs(cmd *cobra.Command, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("need one image: mirror verify IMAGE --github OWNER/REPO (mirror verify -h explains)")
	}
	if v.image, err = imagename.ParseImage(args[0]); err != nil {
		return err
	}
	if v.image.IsOnDisk() {
		return fmt.Errorf("%s is on disk, where nothing is attached to images; verify it where it is pulled from", v.image)
	}
	if v.receipt.asked || v.receipt.kms != "" {
		return v.receipt.compile(cmd.Context(), v.asked, v.policyFile)
	}
	if err := v.read(); err != nil {
		return err
	}
	v.trusted, err = trust.Load(v.rootFile)
	return err
}

// read reads what is asked for: by flags, or by a file.
func (v *verifying) read() (err error) {
	v.policy, v.files = policy.Policy{v.asked}, policyfile.Keys("")
	byFlags := v.asked.String() != policy.Requirement{}.String()
	switch {
	case byFlags && v.policyFile != "":
		return fmt.Errorf("--%s says all; leave out the other flags, or --%[1]s", policyFlag)
	case !byFlags && v.policyFile == "":
		return fmt.Errorf("who must have signed? give --%s, --%s with --%s, --%s, or --%s (mirror verify -h explains)",
			keyFlag, issuerFlag, identityFlag, githubFlag, policyFlag)
	case v.policyFile != "":
		if v.policy, err = policyfile.Load(v.policyFile); err != nil {
			return fmt.Errorf("--%s: %w", policyFlag, err)
		}
		v.files = policyfile.Keys(filepath.Dir(v.policyFile))
	}
	return errors.Join(v.policy.Problems()...)
}

// compile reads the keys. One that can't be read from a file is wrong usage.
func (v *verifying) compile(ctx context.Context, cfg aws.Config) ([]policy.Rule, error) {
	rules, err := v.policy.Compile(ctx, kmskeys.New(cfg, v.files))
	if _, fromKMS := errors.AsType[*kmssign.Error](err); fromKMS {
		return nil, program.Fail(err)
	}
	return rules, err
}

// run verifies the image, and prints what came of it.
func (v *verifying) run(ctx context.Context, stdout io.Writer) error {
	cfg, err := program.AWSConfig(ctx)
	if err != nil {
		return err
	}
	rules, err := v.compile(ctx, cfg)
	if err != nil {
		return err
	}
	registries, err := v.registries.Open(ctx, cfg, nil, nil)
	if err != nil {
		return err
	}
	defer registries.Close()
	if v.receipt.asked {
		return v.checkReceipts(ctx, cfg, registries, stdout)
	}
	doc := verifyview.Document{Image: v.image.String(), Root: v.trusted.String()}
	err = v.verify(ctx, registries, rules, &doc)
	var refused *verdict.NotVerified
	if err != nil && !errors.As(err, &refused) {
		return program.Fail(fmt.Errorf("%s: %w", v.image, err))
	}
	var failure error
	if refused != nil {
		doc.Unmet = refused.Unmet
		failure = program.Fail(fmt.Errorf("%s: %w", v.image, err))
	}
	return program.NotPrinted(failure, v.print(stdout, doc))
}

func (v *verifying) print(stdout io.Writer, doc verifyview.Document) error {
	if v.format.JSON() {
		return output.JSON(stdout, doc)
	}
	return verifyview.Text(stdout, output.PaletteFor(stdout, v.getenv), doc)
}

// verify looks the image up, lists its artifacts and verifies it by them. An index covers its instances: nothing is
// read of these.
func (v *verifying) verify(
	ctx context.Context, registries *images.Client, rules []policy.Rule, doc *verifyview.Document,
) error {
	name := v.image
	root, err := registries.Digest(ctx, name)
	if err == nil && root == "" {
		err = mirror.ErrAbsent
	}
	if err != nil {
		return err
	}
	name.Tag, name.Digest = "", root
	doc.Digest = root
	list, err := registries.Artifacts(ctx, name)
	if err != nil {
		return err
	}
	source, err := registries.Source(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	at := evidence.At(list, source)
	found, err := at.Artifacts(ctx, root)
	if err != nil {
		return fmt.Errorf("listing what is signed: %w", err)
	}
	doc.Artifacts = verifyview.Of(found)
	verified, err := verify.New(v.trusted).Listed(ctx, at, found, []digest.Digest{root}, rules)
	doc.Verified, doc.Proofs = err == nil, verified.Proofs
	return err
}
