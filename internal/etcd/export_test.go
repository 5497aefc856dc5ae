package etcd

// AfterEnable sets what is called between turning authentication on and the proof.
func AfterEnable(c *Client, do func()) { c.afterEnable = do }
