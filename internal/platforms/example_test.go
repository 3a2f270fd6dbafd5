package platforms_test

import (
	"fmt"

	"ecrmirror/internal/platforms"
)

// An index for three platforms becomes one for two.
func ExampleFilter_Trim() {
	index := []byte(`{"schemaVersion": 2, "manifests": [
  {"digest": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
   "platform": {"os": "linux", "architecture": "amd64"}},
  {"digest": "sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
   "platform": {"os": "linux", "architecture": "s390x"}},
  {"digest": "sha256:baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096",
   "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}
]}`)
	filter, err := platforms.Parse("linux/arm64", "linux/amd64")
	if err != nil {
		fmt.Println(err)
	}
	trimmed, err := filter.Trim(index)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n%s, by %s for %s\n", trimmed.Bytes, trimmed.Digest, platforms.Rule, filter)
	for _, dropped := range trimmed.Dropped {
		fmt.Println("dropped:", dropped)
	}
	// Output:
	// {"schemaVersion": 2, "manifests": [
	//   {"digest": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
	//    "platform": {"os": "linux", "architecture": "amd64"}},
	//   {"digest": "sha256:baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096",
	//    "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}
	// ]}
	// sha256:6784e64720a0cbcc7df0bfb0f649b7805f4775b4df19f77ce71efd2292d272c5, by trim/1 for linux/amd64,linux/arm64
	// dropped: sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9 (linux/s390x)
}
