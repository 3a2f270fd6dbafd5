package signatures

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// kept reads the signatures that a registry itself keeps, by an extension of the protocol.
type kept struct {
	registry *registryclient.Registry
	name     imagename.Name
}

// of returns the signatures of a manifest.
func (k kept) of(ctx context.Context, d digest.Digest) ([]signature, error) {
	text, err := k.registry.Repository(k.name.Repository).SignatureList(ctx, d)
	if err != nil {
		return nil, err
	}
	var list struct {
		Signatures keptSignatures `json:"signatures"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("signatures of %s at %s: %w", d, k.name.Host, err)
	}
	return list.Signatures, nil
}

// keptSignatures are so many at most.
type keptSignatures []signature

// UnmarshalJSON implements [json.Unmarshaler]. Signatures of other kinds are passed over.
func (list *keptSignatures) UnmarshalJSON(text []byte) error {
	*list = nil
	return eachOf(text, '[', func(d *json.Decoder) error {
		if len(*list) == maxSignatures {
			return fmt.Errorf("more than %d signatures", maxSignatures)
		}
		var one struct {
			Version int    `json:"schemaVersion"`
			Name    string `json:"name"`
			Type    string `json:"type"`
			Content []byte `json:"content"`
		}
		if err := d.Decode(&one); err != nil {
			return err
		}
		if one.Version == 2 && one.Type == "atomic" {
			*list = append(*list, signature{"the registry", append([]byte("\x00simple-signing\n"), one.Content...)})
		}
		return nil
	})
}
