package value

// Size is what the item counts towards its limit and a page's, in bytes: names and values, as
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html has it.
func (i Item) Size() int {
	size := 0
	for name, v := range i {
		size += len(name) + v.Size()
	}
	return size
}

// Size is what the value counts, in bytes.
func (v Value) Size() int {
	switch v.Kind {
	case S, B:
		return len(v.Text)
	case N:
		return numberSize(v.Text)
	case M:
		return 3 + len(v.Map) + v.Map.Size()
	case L:
		size := 3 + len(v.List)
		for _, element := range v.List {
			size += element.Size()
		}
		return size
	case SS, BS:
		size := 0
		for _, member := range v.Set {
			size += len(member)
		}
		return size
	case NS:
		size := 0
		for _, member := range v.Set {
			size += numberSize(member)
		}
		return size
	default:
		return 1
	}
}

// numberSize is a byte for two digits, and one more; a sign takes another.
func numberSize(text string) int {
	d := plain(text)
	size := (len(d.digits)+1)/2 + 1
	if d.negative {
		size++
	}
	return size
}
