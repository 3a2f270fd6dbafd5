package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/pflag"

	"ecrmirror/internal/images"
	"ecrmirror/internal/kmskey"
	"ecrmirror/internal/output"
	"ecrmirror/internal/program"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/internal/receiptview"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/policyfile"
)

const (
	receiptFlag = "receipt"
	kmsFlag     = "kms"
)

// receiptCheck is what the command line asks verify of receipts.
type receiptCheck struct {
	asked bool
	kms   string      // name of the key in KMS; "" = key is the one
	key   receipt.Key // of --key
}

func (r *receiptCheck) add(flags *pflag.FlagSet) {
	flags.BoolVar(&r.asked, receiptFlag, false,
		"check the receipts that mirror has put beside the image, by --"+keyFlag+" or --"+kmsFlag+", and nothing else")
	flags.StringVar(&r.kms, kmsFlag, "", "`KEY` of KMS, an ARN or alias/NAME, that must have signed receipts")
}

// compile reads the key by which receipts are checked. asked is what else is asked for, by flags.
func (r *receiptCheck) compile(ctx context.Context, asked policy.Requirement, policyFile string) error {
	files := asked.Key
	asked.Key = nil
	switch {
	case !r.asked:
		return fmt.Errorf("--%s goes with --%s", kmsFlag, receiptFlag)
	case policyFile != "" || asked.String() != policy.Requirement{}.String():
		return fmt.Errorf("--%s goes with --%s or --%s, and no other flag of who must have signed", receiptFlag, keyFlag,
			kmsFlag)
	case len(files) > 1 || (len(files) == 1) == (r.kms != ""):
		return fmt.Errorf("which key signs receipts? give one --%s, or --%s", keyFlag, kmsFlag)
	case r.kms != "":
		if err := kmskey.Check(r.kms); err != nil {
			return fmt.Errorf("--%s: %w", kmsFlag, err)
		}
		return nil
	}
	file, err := policyfile.Keys("").PublicKey(ctx, files[0])
	if err == nil {
		r.key, err = receipt.ParsePEM(file)
	}
	if err != nil {
		return fmt.Errorf("--%s %s: %w", keyFlag, files[0], err)
	}
	return nil
}

// readKey reads the key from KMS, if it is there.
func (r *receiptCheck) readKey(ctx context.Context, cfg aws.Config) error {
	if r.kms == "" {
		return nil
	}
	key, err := openKey(cfg, r.kms)
	if err != nil {
		return err
	}
	public, err := key.Public(ctx)
	if err != nil {
		return program.Fail(err)
	}
	if r.key, err = receipt.ParseDER(public.DER); err != nil {
		return program.Fail(fmt.Errorf("KMS key %s: %w", public.ARN, err))
	}
	return nil
}

// checkReceipts checks the receipts for the image, and prints what they say.
func (v *verifying) checkReceipts(ctx context.Context, cfg aws.Config, at *images.Client, stdout io.Writer) error {
	if err := v.receipt.readKey(ctx, cfg); err != nil {
		return err
	}
	found, err := receipting.Check(ctx, at, v.image, v.receipt.key)
	if err != nil && !errors.Is(err, receipting.ErrNone) {
		return program.Fail(fmt.Errorf("%s: %w", v.image, err))
	}
	var failure error
	if err != nil {
		failure = program.Fail(fmt.Errorf("%s: %w", v.image, err))
	}
	doc := receiptview.Of(v.image.String(), v.receipt.key, found)
	if v.format.JSON() {
		return program.NotPrinted(failure, receiptview.WriteJSON(stdout, doc))
	}
	return program.NotPrinted(failure, receiptview.WriteText(stdout, output.PaletteFor(stdout, v.getenv), doc))
}
