package ledgertable

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/ledger"
)

// SourceKey returns the attributes of the key of an image's record at its source.
func SourceKey(k ledger.Key) Item { return keyOf(kindSource, k) }

// DestinationKey returns the attributes of the key of an image's record at a destination.
func DestinationKey(k ledger.Key) Item { return keyOf(kindDestination, k) }

// keyOf returns the key of a record.
func keyOf(kind string, k ledger.Key) Item {
	return Item{
		attrPartition: &types.AttributeValueMemberS{Value: kind + k.Repository},
		attrSort:      &types.AttributeValueMemberS{Value: k.Tag},
	}
}

// keyIn returns the kind and the key of a record.
func keyIn(it Item) (kind string, k ledger.Key) {
	partition, _ := it[attrPartition].(*types.AttributeValueMemberS)
	sort, _ := it[attrSort].(*types.AttributeValueMemberS)
	if partition == nil || sort == nil {
		return "", ledger.Key{}
	}
	kind, repository, _ := strings.Cut(partition.Value, "#")
	return kind + "#", ledger.Key{Repository: repository, Tag: sort.Value}
}
