package ecr

import (
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// A RepositoryTemplate says how missing repositories are created. The zero value means ECR's
// defaults. Its members have the names, in JSON, and the values that they have in ECR's repository
// creation templates and in CreateRepository. [ParseRepositoryTemplate] reads and checks one.
//
// Of a template for repositories in several regions, a KMS key has to be named in a way that holds
// in each of them, as an alias does. In ECR Public only ResourceTags mean anything; a template that
// asks for more creates no repository there.
type RepositoryTemplate struct {
	// ImageTagMutability is MUTABLE, which is also what "" means, IMMUTABLE,
	// IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION.
	ImageTagMutability ecrtypes.ImageTagMutability `json:"imageTagMutability"`
	// ImageTagMutabilityExclusionFilters are 1 to 5 patterns of tags for which it is the other way
	// round, for the two values with EXCLUSION: {"filterType": "WILDCARD", "filter": "dev-*"}.
	ImageTagMutabilityExclusionFilters []ecrtypes.ImageTagMutabilityExclusionFilter `json:"imageTagMutabilityExclusionFilters"`
	// EncryptionConfiguration has an encryptionType, AES256, KMS or KMS_DSSE, and for the latter two
	// a kmsKey, without which it is AWS's key for ECR. It can't be changed later.
	EncryptionConfiguration *ecrtypes.EncryptionConfiguration `json:"encryptionConfiguration"`
	// ImageScanningConfiguration has scanOnPush, for registries that don't say which of their
	// repositories to scan.
	ImageScanningConfiguration *ecrtypes.ImageScanningConfiguration `json:"imageScanningConfiguration"`
	// ResourceTags are at most 50: {"Key": "team", "Value": "a"}.
	ResourceTags []ecrtypes.Tag `json:"resourceTags"`
	// RepositoryPolicy is the text, of at most 10,240 bytes, of the policy that lets other accounts
	// in; "" means none.
	RepositoryPolicy string `json:"repositoryPolicy"`
	// LifecyclePolicy is the text, of 100 to 30,720 bytes, of the rules by which images expire; ""
	// means none.
	LifecyclePolicy string `json:"lifecyclePolicy"`
}
