package settings

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/kmskey"
)

// ReceiptKeyFlag is the name of the flag of [Receipts].
const ReceiptKeyFlag = "receipt-key"

// Receipts says by which key receipts are signed.
type Receipts struct{ key text }

// Add adds the flag.
func (r *Receipts) Add(flags *pflag.FlagSet, getenv func(string) string) {
	r.key.add(flags, getenv, ReceiptKeyFlag, contract.EnvReceiptKey,
		"`KEY` of KMS, an ARN or alias/NAME, that signs a receipt for each image at each destination; none by default")
}

// Key returns the name of the key, "" where no receipts are wanted.
func (r *Receipts) Key() (string, error) {
	name, where := r.key.given()
	if name == "" {
		return "", nil
	}
	if err := kmskey.Check(name); err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	return name, nil
}
