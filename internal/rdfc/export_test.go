package rdfc

// ContextJSON renders a bundled table as the JSON-LD context that it stands
// for, so that another implementation can be asked what it means.
func ContextJSON(url string) map[string]any {
	return map[string]any{"@context": bundled[url].json(true)}
}

func (c *context) json(top bool) map[string]any {
	m := map[string]any{}
	if top {
		m["@version"] = 1.1
	}
	if c.protected {
		m["@protected"] = true
	}
	if c.base != "" {
		m["@base"] = c.base
	}
	if c.vocab != "" {
		m["@vocab"] = c.vocab
	}
	for word, t := range c.terms {
		if t == (term{iri: t.iri}) {
			m[word] = t.iri
			continue
		}
		d := map[string]any{"@id": t.iri}
		if t.as != "" {
			d["@type"] = t.as
		}
		if t.set {
			d["@container"] = "@set"
		}
		if t.other != "" {
			d["@container"] = t.other
		}
		if t.in != nil {
			d["@context"] = t.in.json(false)
		}
		m[word] = d
	}
	return m
}
