package platforms

import "ecrmirror/internal/jsonscan"

// OfConfiguration returns the platform that an image is for by its configuration, a JSON object; the zero Platform if
// that does not say. It fails for what is no object, and for one that says it in two ways. The caller bounds the
// document.
func OfConfiguration(document []byte) (Platform, error) {
	root, err := jsonscan.Check(document)
	if err != nil {
		return Platform{}, err
	}
	return readPlatform(root)
}
