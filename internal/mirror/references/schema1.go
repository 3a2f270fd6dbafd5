package references

import (
	"encoding/json"
	"fmt"

	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/jsonscan"
	"ecrmirror/internal/mirror/content"
)

const (
	// maxSchema1Layers is how many layers a manifest of Docker's schema 1 may have: Docker takes 127. What reads one
	// takes time by the square of it.
	maxSchema1Layers = 1_000
	// maxSchema1Values is how many values there may be in a layer or an entry of the history, which have one each, and
	// maxHistoryValues in the documents within all of them, which are configurations.
	maxSchema1Values = 100
	maxHistoryValues = 100_000
)

// checkSchema1 checks that what only manifests of schema 1 have is not more than they have.
func (m knownMembers) checkSchema1() error {
	values := 0
	err := eachOfSchema1("fsLayers", m.fsLayers, func(layer jsonscan.Value) error {
		return checkObject(layer, descriptorMembers, maxSchema1Values)
	})
	if err != nil {
		return err
	}
	return eachOfSchema1("history", m.history, func(entry jsonscan.Value) error {
		if err := checkObject(entry, historyMembers, maxSchema1Values); err != nil {
			return err
		}
		if values += historyValues(entry); values > maxHistoryValues {
			return fmt.Errorf("more than %d values in all entries", maxHistoryValues)
		}
		return nil
	})
}

func eachOfSchema1(name string, list jsonscan.Value, check func(jsonscan.Value) error) error {
	if list != nil && !list.IsArray() {
		return fmt.Errorf("%s: %w", name, errNoArray)
	}
	i := 0
	for element := range list.Elements() {
		if i == maxSchema1Layers {
			return fmt.Errorf("%s: more than %d", name, maxSchema1Layers)
		}
		if err := check(element); err != nil {
			return fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		i++
	}
	return nil
}

// historyValues counts the values in the document within an entry of the history, if there is one.
func historyValues(entry jsonscan.Value) (n int) {
	for name, value := range entry.Members() {
		var document string
		if !name.Is("v1Compatibility") || json.Unmarshal(value, &document) != nil {
			continue
		}
		if configuration, err := jsonscan.Check([]byte(document)); err == nil {
			n = configuration.Count()
		}
	}
	return n
}

// parseSchema1 reads what a manifest of Docker's schema 1, which was checked, refers to.
func parseSchema1(root jsonscan.Value) (References, error) {
	m, err := manifest.Schema1FromManifest(root)
	if err != nil {
		return References{}, err
	}
	var refs References
	if len(m.History) > 0 { // that of the image itself comes first
		refs.Config.Document = m.History[0].V1Compatibility
	}
	for i, layer := range m.LayerInfos() {
		if err := layer.Digest.Validate(); err != nil {
			return References{}, fmt.Errorf("layer %d from the base: digest %q: %w", i, quotable(layer.Digest), err)
		}
		refs.Blobs = append(refs.Blobs, content.Blob{Digest: layer.Digest, Size: layer.Size})
	}
	return refs, nil
}
