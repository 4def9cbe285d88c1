"""Exchange with the city's grid platform 数据资源交换共享: orders and fires out, reports in."""
