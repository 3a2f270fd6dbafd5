package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ecrmirror/testkit/sign"
)

// signatures copies an image whose signatures have a text in a field.
func (r runner) signatures() {
	key, err := sign.NewSigstore()
	if err != nil {
		r.t.Fatal(err)
	}
	public, err := key.Public()
	if err != nil {
		r.t.Fatal(err)
	}
	dir := r.t.TempDir()
	file := filepath.Join(dir, "key.pub")
	policy := fmt.Sprintf(`{"default":[{"type":"sigstoreSigned","keyPath":%q}]}`, file)
	if err := os.WriteFile(file, public, 0o600); err != nil {
		r.t.Fatal(err)
	}
	fields := append(fieldsAt(getSignature), signatureFields()...)
	h := newHostileRegistry(r.t, fields)
	each(len(fields)*len(h.texts), func(i int) {
		field, text := i/len(h.texts), i%len(h.texts)
		if !meets(field, text) {
			return
		}
		name := "signature, " + fields[field].String()
		r.w.feed(name)
		r.with("MIRROR_SIGNATURE_POLICY="+policy).
			mirror("of what is signed", field/2+text, []string{name}, h.image(asSource, field, text),
				"dir:"+filepath.Join(dir, fmt.Sprint(i)))
	})
}

// signatureFields are the places in the manifest of signatures.
func signatureFields() []registryField {
	var fields []registryField
	const good = `{"schemaVersion":2,"mediaType":"` + ociManifest +
		`","config":CONFIG,"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json",` +
		`"digest":"DIGEST","size":20,"annotations":{"dev.cosignproject.cosign/signature":"AAAA"}}]}`
	document := strings.NewReplacer("CONFIG", descriptor("application/vnd.oci.image.config.v1+json", configContent),
		"DIGEST", digestOf(layerContent)).Replace(good)
	for old, changed := range inOrder(map[string]string{
		`"schemaVersion":2`: `"schemaVersion":%s`, `"mediaType":"` + ociManifest + `"`: `"mediaType":%s`,
		`"size":20`: `"size":%s`, `"AAAA"`: `%s`,
		`"application/vnd.dev.cosign.simplesigning.v1+json"`: `%s`, `"` + digestOf(layerContent) + `"`: `%s`,
		`"layers":[`: `"layers":[%s,`, `"annotations":`: `"annotations":%s,"x":`,
		document: `%s`,
	}) {
		fields = append(fields, registryField{
			at: getSignature, name: "manifest, " + changed,
			change: func(r *reply, text string) {
				r.status, r.body = "200 OK", strings.Replace(document, old,
					strings.ReplaceAll(changed, "%s", quoted(text)), 1)
				r.set("Content-Type", ociManifest)
			},
		})
	}
	return fields
}
