package dynamodb

import (
	"maps"
	"math"
	"slices"
)

// Bytes that one unit of capacity pays for.
const (
	readUnit  = 4096
	writeUnit = 1024
)

// reads is what it takes to read so many bytes: half as much if the read need not be consistent.
func reads(bytes int, consistent bool) float64 {
	n := math.Max(1, math.Ceil(float64(bytes)/readUnit))
	if consistent {
		return n
	}
	return n / 2
}

// reads is what a read takes, which is told.
func (t *tables) reads(bytes int, consistent bool) float64 {
	units := reads(bytes, consistent)
	t.consume(units, 0)
	return units
}

// writes is what it takes to write an item of so many bytes, the larger of what it was and becomes.
func writes(before, after int) float64 {
	return math.Max(1, math.Ceil(float64(max(before, after))/writeUnit))
}

// reporting is the part of many requests that asks what was consumed.
type reporting struct {
	ReturnConsumedCapacity      string
	ReturnItemCollectionMetrics string
}

func (r reporting) check(wrong *constraints) {
	wrong.oneOf(r.ReturnConsumedCapacity, "returnConsumedCapacity", "INDEXES", "TOTAL", "NONE")
	wrong.oneOf(r.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", "SIZE", "NONE")
}

// consumed is a ConsumedCapacity; nil if nobody asked.
func (r reporting) consumed(table string, units float64) any {
	if r.ReturnConsumedCapacity == "" || r.ReturnConsumedCapacity == "NONE" {
		return nil
	}
	out := map[string]any{"TableName": table, "CapacityUnits": units}
	if r.ReturnConsumedCapacity == "INDEXES" {
		out["Table"] = map[string]any{"CapacityUnits": units}
	}
	return out
}

// consumedAll is a list of them, one for each table; nil if nobody asked.
func (r reporting) consumedAll(units map[string]float64) any {
	if r.consumed("", 0) == nil {
		return nil
	}
	list := []any{}
	for _, table := range slices.Sorted(maps.Keys(units)) {
		list = append(list, r.consumed(table, units[table]))
	}
	return list
}

// withCapacity adds what was consumed to an answer, if anybody asked.
func withCapacity(out map[string]any, consumed any) map[string]any {
	if consumed != nil {
		out["ConsumedCapacity"] = consumed
	}
	return out
}
