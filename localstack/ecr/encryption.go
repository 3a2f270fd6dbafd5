package ecr

import (
	"strings"

	"ecrmirror/localstack/awsjson"
)

// How a repository's content is said to be encrypted.
const (
	aes256  = "AES256"
	kms     = "KMS"
	kmsDSSE = "KMS_DSSE"
)

// settle holds the setting to the model and fills in what it leaves open: AES256, and
// for KMS the key that AWS manages for ECR. Keys are not looked up; only one that is
// said to be in another region cannot be.
func (e *encryption) settle(reg registryID) (encryption, error) {
	if e == nil {
		return encryption{Type: aes256}, nil
	}
	if err := oneOf("encryptionConfiguration.encryptionType", e.Type, aes256, kms, kmsDSSE); err != nil {
		return encryption{}, err
	}
	const parameter = "encryptionConfiguration.kmsKey"
	switch {
	case e.Type == aes256 && e.Key != "":
		return encryption{}, invalid(parameter, "must not be set when encryptionType is %s", aes256)
	case e.Type == aes256:
		return *e, nil
	case e.Key == "":
		return encryption{
			Type: e.Type, Key: awsjson.Caller{Account: reg.Account, Region: reg.Region}.ARN("kms", "alias/aws/ecr"),
		}, nil
	}
	if err := length(parameter, len(e.Key), 1, 2048); err != nil {
		return encryption{}, err
	}
	if parts := strings.Split(e.Key, ":"); parts[0] == "arn" && (len(parts) != 6 || parts[2] != "kms" ||
		parts[3] != reg.Region) {
		return encryption{}, &awsjson.Error{
			Code: "KmsException", Message: "The KMS key '" + e.Key + "' cannot be used in the region " + reg.Region,
			Members: map[string]any{"kmsError": "NotFoundException"},
		}
	}
	return *e, nil
}
