package copyview

import "ecrmirror/internal/mirror"

// A Receipt is what became of the receipt for an image at a destination.
type Receipt struct {
	Digest string `json:"digest,omitempty"` // of its manifest; none = there is no receipt
	Made   bool   `json:"made,omitempty"`   // it was put now, and was not there before
	Error  string `json:"error,omitempty"`  // why there is none
}

// receiptOf returns what a result says of a receipt, nil where none was wanted.
func receiptOf(r mirror.Result) *Receipt {
	switch {
	case r.Receipt.Err != nil:
		return &Receipt{Error: cause(r.Receipt.Err)}
	case r.Receipt.Digest != "":
		return &Receipt{Digest: r.Receipt.Digest.String(), Made: r.Receipt.Made}
	}
	return nil
}

// receipted says what a destination has got of a receipt, "" where none was wanted.
func receipted(r mirror.Result) string {
	switch {
	case r.Receipt.Err != nil:
		return "no receipt"
	case r.Receipt.Made:
		return "receipt put"
	case r.Receipt.Digest != "":
		return "receipt there"
	}
	return ""
}
