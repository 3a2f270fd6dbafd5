package receiptview_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/output"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/internal/receiptview"
)

// What a receipt says is told, on lines that whoever has written into it can't steer.
func TestReceiptsAreTold(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := receipt.NewKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	index := int64(7)
	found := receipting.Found{
		Image: "sha256:i",
		Receipts: []receipting.Signed{
			{Manifest: "sha256:m", Receipt: receipt.Receipt{
				Repository: "r.test/app", Digest: "sha256:i", Time: time.Date(2026, 11, 28, 6, 30, 0, 0, time.UTC),
				Source: receipt.Source{Repository: "q.test/app", Tag: "1", Digest: "sha256:s"},
				Tool:   receipt.Tool{Name: "ecrmirror", Version: "v1"},
				Verified: []receipt.Proof{
					{Identity: "who\x1b[2J", Issuer: "https://issuer.test", LogIndex: &index},
					{Requirement: "signed by the team", Key: "sha256:k", PredicateType: "https://spdx.dev/Document"},
				},
				Trimmed: &receipt.Trimmed{Rule: "trim/1", Platforms: []string{"linux/amd64", "linux/arm64"}},
			}},
			{Manifest: "sha256:n", Receipt: receipt.Receipt{
				Repository: "r.test/app", Digest: "sha256:i", Tool: receipt.Tool{Name: "ecrmirror", Version: "v1"},
				Source: receipt.Source{Repository: "p.test/app", Digest: "sha256:i"}, Verified: []receipt.Proof{},
			}},
			{Manifest: "sha256:p", Receipt: receipt.Receipt{
				Repository: "r.test/app", Digest: "sha256:i", Tool: receipt.Tool{Name: "ecrmirror", Version: "v1"},
				Source: receipt.Source{Repository: "s.test/app", Digest: "sha256:i"},
			}},
		},
		Refused: []receipting.Refused{{Manifest: "sha256:o", Err: errors.New("the key has not signed it\nat all")}},
	}
	var text, doc bytes.Buffer
	d := receiptview.Of("r.test/app:1", key, found)
	err = errors.Join(receiptview.WriteText(&text, output.Palette{}, d), receiptview.WriteJSON(&doc, d))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"r.test/app:1  sha256:i",
		"receipt   mirrored from q.test/app:1@sha256:s to r.test/app at 2026-11-28T06:30:00Z by ecrmirror v1",
		"verified  signed by who?[2J, issuer https://issuer.test, log index 7",
		"verified  signed by the team, key sha256:k, attests https://spdx.dev/Document",
		"trimmed   to linux/amd64,linux/arm64 by trim/1",
		"receipt   mirrored from p.test/app@sha256:i to r.test/app at 0001-01-01T00:00:00Z by ecrmirror v1",
		"verified  nothing",
		"receipt   mirrored from s.test/app@sha256:i to r.test/app at 0001-01-01T00:00:00Z by ecrmirror v1",
		"verified  not said: the image was in place before",
		"refused   sha256:o: the key has not signed it; at all", "",
	}, "\n")
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var got receiptview.Document
	if err := json.Unmarshal(doc.Bytes(), &got); err != nil || got.Key != key.Fingerprint() || len(got.Receipts) != 3 ||
		got.Receipts[0].Source.Digest != "sha256:s" || *got.Receipts[0].Verified[0].LogIndex != 7 ||
		got.Receipts[0].Trimmed.Rule != "trim/1" || got.Receipts[1].Trimmed != nil ||
		got.Receipts[1].Verified == nil || got.Receipts[2].Verified != nil || len(got.Refused) != 1 {
		t.Errorf("%s, %v", doc.String(), err)
	}
}
